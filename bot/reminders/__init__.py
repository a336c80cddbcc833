"""When to remind whom of open pull requests: schedules, working time, snoozes, deadlines and digests."""
