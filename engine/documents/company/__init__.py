"""The company's files: its calendar, people, access, journal, and the events that its people report."""
