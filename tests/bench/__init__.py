"""Speed, on demand: `make bench`, or `make bench ONLY=tiles`. Asserts nothing; writes build/bench.json."""
