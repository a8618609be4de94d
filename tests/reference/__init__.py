"""The reference engine: what the documents of `docs/reference` mean, in plain Python, slowly and exactly.

It is written from the design and the language reference, shares no code with `engine/` but the parsed documents and
the names of the book's columns, and knows no frames: rows are dictionaries, numbers are integers and fractions. Read
it where the reference text leaves a question; every test of this folder asks both engines and wants difference 0.

The order of reading is the order of computing: `calendar`, `money`, `contracts`, `classify`, `matching`, `places`,
`arms`, `lots`, `holders`, `holdovers`, `credits`, `rollups`; then, for each payee, `participants`, `worth`,
`exchange`, `revenue`, `retention`, `quotas`, `leave`, `teams`, `weighted`, `ratios`, `curve`, `carried`, `gauges`,
`caps`, `to_date`, `earn`; then `residuals`, `clawback`, `releases`, `payables` and `draws`; `pay` puts them together.
`made/` makes books and plans to compare on.
"""
