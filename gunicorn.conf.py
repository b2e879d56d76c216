"""The web server's settings; gunicorn reads this file by itself where it is started here."""

worker_class = "project.http.gunicorn_worker.Worker"
# The longest line that it can be told to read.
limit_request_line = 8190
# By default it believes a header SCRIPT_NAME that comes from its own machine, which may be a proxy
# that passes on what clients send.
forwarder_headers = ""
