"""What goes over the wire: requests as they are checked at the edge, answers as they are shown."""
