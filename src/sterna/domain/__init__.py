"""What is true of batteries, vehicles, sessions, tariffs and money, without any input or output."""
