"""The fault verbs of the stand-in HubSpot, with their arguments.

Momentary, on a request that matches:
  delay(seconds) · blackhole(seconds): no answer, then the connection drops · reset_before_apply · reset_after_apply ·
  status(code, category, message, html, retry_after) · html_200 · truncate_json · page_without_next ·
  total_mismatch(by) · partial_failure(positions, category, message) · expire_token ·
  rate_limit(kind: ten_secondly | secondly | daily) · unauthorized · outside_window: search also gives a record that
  has left the window
Standing, until removed or `match.times` is used up:
  late_visible(seconds): search lags by so much more · lock_row(id) · hide_field(object, field) ·
  binary_tail(object, field) · same_stamp(ms) · page_size(rows) · stale_properties(seconds): the lists of properties
  lag
"""

MOMENTARY = frozenset(
    {
        "delay",
        "blackhole",
        "reset_before_apply",
        "reset_after_apply",
        "status",
        "html_200",
        "truncate_json",
        "page_without_next",
        "total_mismatch",
        "partial_failure",
        "expire_token",
        "rate_limit",
        "unauthorized",
        "outside_window",
    }
)
STANDING = frozenset(
    {"late_visible", "lock_row", "hide_field", "binary_tail", "same_stamp", "page_size", "stale_properties"}
)
