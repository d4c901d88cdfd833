"""Chats: notices told in rooms of chat services, by apprise."""
