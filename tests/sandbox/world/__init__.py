"""Tests of the generated company, through its public interface only."""
