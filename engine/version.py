"""The version of the product: results name the one that computed them."""

from __future__ import annotations

VERSION = "0.1.0"
