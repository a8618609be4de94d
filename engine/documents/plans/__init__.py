"""Plans: a plan, its components, the keys with more than one value in them, and what does not fit together.

`component_fit`, `plan_fit`, `cash_fit`, `retention_fit` and `windows_fit` say what does not fit; `looks`, `order` and
`dependencies` which component reads what of which.
"""
