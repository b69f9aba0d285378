"""What decides the picture: settings, schedule, start, components, runs."""
