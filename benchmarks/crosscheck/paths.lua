-- Asks for the lines of a file, one after the other and from the beginning again.
local paths, turn = {}, 0

function init(arguments)
  for path in io.lines(arguments[1]) do
    paths[#paths + 1] = path
  end
end

function request()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn])
end
