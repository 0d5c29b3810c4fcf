-- What wrk sends when each request is to differ: {n} in the path and in the body becomes a number used once.
local path, body, tag = os.getenv("BENCH_PATH"), os.getenv("BENCH_BODY"), os.getenv("BENCH_TAG")
local number = 0

if body then
    request = function()
        number = number + 1
        local name = tag .. number
        return wrk.format("POST", (path:gsub("{n}", name)), nil, (body:gsub("{n}", name)))
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("\nfound %d %d %d %d\n", summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
