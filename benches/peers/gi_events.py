"""What docs/comparison.md says of asyncio on GLib. In Debian 13, with python3-gi: python3 -W ignore gi_events.py"""

import asyncio
import gc
import time

from gi.events import GLibEventLoopPolicy
from gi.repository import GLib

NUMBER = 10_000


async def tick(count, seconds):
    while True:
        await asyncio.sleep(seconds)
        count[0] += 1


async def sleepers():
    async def round():
        begin = time.monotonic()
        for _ in range(500):
            await asyncio.sleep(0)
        return (time.monotonic() - begin) / 500 * 1e6

    alone = await round()
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(NUMBER)]
    await asyncio.sleep(0)
    print(f"0 sleepers: a yield takes {alone:.1f} us; {NUMBER} sleepers: {await round():.1f} us")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def short_sleeps():
    least = float("inf")
    for _ in range(200):
        begin = time.monotonic()
        await asyncio.sleep(999e-6)
        least = min(least, time.monotonic() - begin)
    print(f"999 us: the shortest of 200 sleeps took {least * 1e3:.3f} ms")


async def cancel():
    async def clean():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            begin = time.monotonic()
            await asyncio.sleep(0.05)
            print(f"clean-up: awaiting 50 ms took {(time.monotonic() - begin) * 1e3:.1f} ms")
            raise

    task = asyncio.create_task(clean())
    await asyncio.sleep(0.01)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancel, then join: cancelled")


async def errors():
    async def fail():
        raise RuntimeError("nobody looks at this")

    asyncio.create_task(fail())
    await asyncio.sleep(0.01)
    gc.collect()


async def redraws():
    def dispatched():
        frames[0] += 1
        return GLib.SOURCE_CONTINUE

    frames, yields = [0], [0]
    source = GLib.timeout_add(16, dispatched, priority=120)  # GTK's priority for drawing
    await asyncio.sleep(1)
    alone, frames[0] = frames[0], 0
    tasks = [asyncio.create_task(tick(yields, 0)) for _ in range(1000)]
    await asyncio.sleep(2)
    print(
        f"redraws: {alone} a second; beside 1,000 tasks that always yield {frames[0] / 2},"
        f" and {yields[0] / 2e6:.2f} million yields"
    )
    for task in tasks:
        task.cancel()
    GLib.source_remove(source)


async def nested():
    count = [0]
    task = asyncio.create_task(tick(count, 0.01))
    await asyncio.sleep(0.1)
    before = count[0]
    loop = GLib.MainLoop()
    GLib.timeout_add(500, loop.quit)
    loop.run()
    print(f"nested loop: {before} ticks before it, {count[0] - before} within its 500 ms")
    task.cancel()


async def main():
    for question in sleepers, short_sleeps, cancel, errors, redraws, nested:
        await question()


policy = GLibEventLoopPolicy()
asyncio.set_event_loop_policy(policy)
policy.get_event_loop().run_until_complete(main())
