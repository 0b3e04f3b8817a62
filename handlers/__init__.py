"""What the bot does when somebody says something: pure core and transaction scripts, all synchronous."""
