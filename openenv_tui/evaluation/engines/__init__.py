"""Who plays the episodes of a plan: this process, several processes, or sessions on a server."""
