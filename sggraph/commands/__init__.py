"""What the commands of the shell do, one file a command or more; cli.py reads the command line and prints."""
