"""What can be seen: the player, the diagram, highlighted source. Nothing below this layer knows of a screen."""
