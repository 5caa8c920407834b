"""The shelf: one file a topic, each with its messages, nodes, PROMISES and DEMO."""
