"""Documents: rules of engagement, plans and the company's files as validated, frozen objects.

- How a document is read, whatever it says: `yaml`, `scalars`, `table` (CSV), `document` (the base of every object),
  `reading`, `values`, `problems`, `meant`.
- The company: `company` with `fiscal`, `people`, `reassignment`, `access`, `journal`, `findings`.
- Rules of engagement: `engagement`, with `conditions`, `places`, `holder`, `holdover`, `house`, `pools`, `experiments`,
  `credit_share`.
- Plans: `plan`, its `component`s over `measure`s, and a file for each key of these with more than one value in it.
- What does not fit together: in a component, a plan and across documents (`component_fit`, `plan_fit`, `rules`), with
  `cash_fit`, `retention_fit` and `windows_fit` for what spans several keys; `looks`, `order` and `dependencies` say
  which component reads what of which.
"""
