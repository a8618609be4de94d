"""Search: an index that lags behind the records, and the language of filters."""
