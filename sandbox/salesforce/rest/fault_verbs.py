"""The fault verbs of the stand-in Salesforce, with their arguments.

Momentary, on a request that matches:
  delay(seconds) · blackhole(seconds): no answer, then the connection drops · reset_before_apply · reset_after_apply ·
  status(code, error_code, message) · html_200 · truncate_json · page_without_next · total_mismatch(by) ·
  partial_failure(positions, code, message) · expire_token · rate_limit(kind: daily | concurrent | 429) ·
  locator_expired
Standing, until removed or `match.times` is used up:
  late_visible(seconds) · lock_row(id) · hide_field(object, field) · job_failed(after_rows, message) ·
  same_stamp(stamp) · page_size(rows)
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
        "locator_expired",
    }
)
STANDING = frozenset({"late_visible", "lock_row", "hide_field", "job_failed", "same_stamp", "page_size"})
