-- Ask the queries of a file of request targets, one a line, in turn.
-- Arguments: the file, what to accept, and a word that makes every request new, or "same".

local targets, accept, word, count = {}, "", "same", 0

function init(args)
  for line in io.lines(args[1]) do
    targets[#targets + 1] = line
  end
  accept, word = args[2], args[3]
end

function request()
  count = count + 1
  local target = targets[count % #targets + 1]
  if word ~= "same" then
    -- A comment at the end of the query: the same work under another text.
    target = target .. "%0A%23" .. word .. count
  end
  return wrk.format("GET", target, { Accept = accept })
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
