"""The library and the project: taxonomy, assets, people, agreements, settings. Imports no other app of ours."""
