"""Windows of a payee: who was there, enrolled and with which quota, and where each window begins and ends."""
