"""OpenEnv's WebSocket protocol: frames as values, a transport for them, and a session."""
