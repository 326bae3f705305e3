"""What nurture hears, and the questions of the library that it answers."""
