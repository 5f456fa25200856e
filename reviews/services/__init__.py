"""What changes a review: writing, replying, reporting, deciding. One transaction each."""
