-- Every request another address, from the file PATHS, beginning behind FIRST; at the end one line of numbers.
local paths, n = {}, tonumber(os.getenv("FIRST"))
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end

request = function()
   n = n + 1
   return wrk.format("GET", paths[(n - 1) % #paths + 1])
end

done = function(summary, latency)
   local wrong = summary.errors
   io.write(string.format("NUMBERS %d %f %f %f %d\n", summary.requests, summary.duration / 1e6,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000,
      wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
