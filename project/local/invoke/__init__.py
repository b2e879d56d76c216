"""The serverless demo's sample events, sent to the running stack as ``sam local invoke`` handed
them to its functions. Each kind of event has its module, which gives back an Answer."""
