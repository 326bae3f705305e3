"""Settings, by place: `base` is shared, `dev`, `test` and `production` differ from it in a few lines each."""
