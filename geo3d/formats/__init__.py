"""Labels in and out. Drop a file with a `Writer` and a `Reader` here to add a format; `registry` finds it."""
