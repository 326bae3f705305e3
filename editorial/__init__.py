"""The newsroom: what is planned, by whom, for whom. Knows tracking and cms; blind to nurture."""
