-- The method, the body and the headers (a name, a value, ...) of the request, from the arguments after the URL.
function init(args)
  wrk.method = args[1] or "GET"
  if args[2] and args[2] ~= "" then wrk.body = args[2] end
  for index = 3, #args - 1, 2 do wrk.headers[args[index]] = args[index + 1] end
end

-- Prints what wrk measured as one line of JSON, in place of its report for people.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50":%.6f,"p99":%.6f,"failed":%d}\n',
    summary.requests,
    summary.duration / 1e6,
    latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status
  ))
end
