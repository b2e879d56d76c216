"""The web server's settings; gunicorn reads this file by itself."""

worker_class = "project.http.gunicorn_worker.Worker"
# The longest line that it can be told to read.
limit_request_line = 8190
