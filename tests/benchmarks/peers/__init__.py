"""The others: the same task done with NoneBot2, aiogram, python-telegram-bot and APScheduler, without a network."""
