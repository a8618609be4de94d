"""Rules of engagement: who owns a deal, who is credited for it, and the places, pools and experiments they name."""
