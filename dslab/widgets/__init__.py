"""The widgets beside the player: forms, panels, grids of runs, progress bars."""
