"""Where the database file may live: on a local disk, readable by its owner only."""

from __future__ import annotations

import os
import re
from pathlib import Path

from store.errors import StoreRefused

NETWORK = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "ocfs2", "orangefs", "smb2", "smb3", "smbfs", "virtiofs"),
        *("fuse.ceph", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
    }
)
"""File systems whose locks SQLite cannot rely on: two machines could write at once and tear the file."""


def refuse_network(path: Path, mounts: str) -> None:
    """Raise StoreRefused when `path` is on a network file system by `mounts`, the text of /proc/mounts."""
    place = path.resolve()
    kind = file_system(place, mounts)
    if kind in NETWORK:
        raise StoreRefused(
            f"{path} is on a network file system ({kind}), where SQLite's locks do not hold. "
            "Put the database on a local disk."
        )


def file_system(place: Path, mounts: str) -> str:
    """Type of the deepest mount that holds `place`; a later mount hides an earlier one on the same point."""
    deepest, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), fields[1]))
        depth = len(point.parts)
        if depth >= deepest and place.is_relative_to(point):
            deepest, kind = depth, fields[2]
    return kind


def make_private(path: Path) -> None:
    """Create the file and its folder if missing; only the owner may read them, whatever the umask.

    SQLite gives its -wal and -shm files the mode of the database.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreRefused(
            f"{path} cannot be created or written ({error.strerror}). Choose a folder that this user owns."
        ) from error
