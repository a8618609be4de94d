"""Documents: rules of engagement, plans and the company's files as validated, frozen objects.

- How a document is read, whatever it says: `yaml`, `scalars`, `table` (CSV), `document` (the base of every object),
  `reading`, `values`, `problems`, `meant`; `conditions`, which all kinds of documents test, and `tested`.
- `company/`: the company's calendar, people, access and journal.
- `engagement/`: rules of engagement, with places, pools, holdovers, experiments and shares of credit.
- `plans/`: a plan and its components over `measures/`, each paying by one of the `curves/`.
- `together`: what does not fit across documents, and `findings`, which `plan lint` accepts where they are written.
"""
