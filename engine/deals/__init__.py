"""Deal stages: classify, assign and credit, on whole accounts."""
