"""Reports: what leaders ask of the same data: sales, experiments, who is who, and what a reassignment would do."""
