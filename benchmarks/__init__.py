"""`make bench`: the figures, each as a ratio to a limit measured in the same run. docs/performance.md explains them."""
