"""`make load-day`: a day with a hundred thousand visitors, on one machine as shipped; then a queue as long as that."""
