"""A graph whose rows several ranks share: each holds a stretch of them, and no rank ever has all."""
