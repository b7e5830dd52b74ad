/* What docs/comparison.md says of libdex. In Debian 13, with libdex-dev and gcc:
 * cc -O2 libdex.c -o libdex $(pkg-config --cflags --libs libdex-1) && ./libdex */

#include <libdex.h>
#include <stdio.h>

static GMainLoop *loop;
static int ticks;
static gint64 yields;
static gboolean stop;

static gboolean
tick (gpointer data)
{
  ticks++;
  return G_SOURCE_CONTINUE;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
run_for (guint ms)
{
  g_timeout_add (ms, quit, loop);
  g_main_loop_run (loop);
}

static double
ms_since (gint64 begin)
{
  return (g_get_monotonic_time () - begin) / 1e3;
}

static void
spawn (DexFiberFunc function)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, function, NULL, NULL));
}

static DexFuture *
nothing (gpointer data)
{
  return dex_future_new_true ();
}

/* 0.10 and 1.0 have no yield, so another fiber is awaited. */
static DexFuture *
yielder (gpointer data)
{
  while (!stop)
    {
      dex_await (dex_scheduler_spawn (NULL, 0, nothing, NULL, NULL), NULL);
      yields++;
    }
  return dex_future_new_true ();
}

static DexFuture *
ticker (gpointer data)
{
  while (!stop)
    {
      dex_await (dex_timeout_new_msec (10), NULL);
      ticks++;
    }
  return dex_future_new_true ();
}

static DexFuture *
nester (gpointer data)
{
  GMainLoop *nested = g_main_loop_new (NULL, FALSE);
  int before;

  dex_await (dex_timeout_new_msec (100), NULL);
  before = ticks;
  printf ("nested loop: %d ticks before it, ", before);
  g_timeout_add (500, quit, nested);
  g_main_loop_run (nested);
  printf ("%d within its 500 ms\n", ticks - before);
  stop = TRUE;
  return dex_future_new_true ();
}

static DexFuture *
sleeper (gpointer data)
{
  double least = G_MAXDOUBLE;

  for (int i = 0; i < 200; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      dex_await (dex_timeout_new_usec (999), NULL);
      least = MIN (least, ms_since (begin));
    }
  printf ("999 us: the shortest of 200 sleeps took %.3f ms\n", least);
  return dex_future_new_true ();
}

static DexFuture *
cleaner (gpointer data)
{
  g_autoptr(GError) error = NULL;
  gint64 begin;

  dex_await (dex_timeout_new_seconds (3600), NULL);
  begin = g_get_monotonic_time ();
  dex_await (dex_timeout_new_msec (50), &error);
  printf ("clean-up: awaiting 50 ms took %.3f ms: %s\n", ms_since (begin), error->message);
  return dex_future_new_true ();
}

static DexFuture *
failing (gpointer data)
{
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_FAILED, "nobody looks at this");
}

static void
iterate_beside (int sleepers)
{
  gint64 begin;

  for (int i = 0; i < sleepers; i++)
    dex_timeout_new_seconds (3600); /* kept: nobody gives the reference back */
  begin = g_get_monotonic_time ();
  for (int i = 0; i < 500; i++)
    g_main_context_iteration (NULL, FALSE);
  printf ("%d sleepers: an iteration takes %.1f us\n", sleepers, ms_since (begin) * 1e3 / 500);
}

int
main (void)
{
  dex_init ();
  loop = g_main_loop_new (NULL, FALSE);

  spawn (failing);
  run_for (100);
  printf ("errors: whatever there is to see is above\n");

  spawn (sleeper);
  run_for (1000);

  /* What loses is cancelled. */
  dex_future_disown (dex_future_first (dex_scheduler_spawn (NULL, 0, cleaner, NULL, NULL),
                                       dex_timeout_new_msec (50), NULL));
  run_for (200);

  spawn (ticker);
  spawn (nester);
  run_for (800);

  ticks = 0;
  stop = FALSE;
  g_timeout_add_full (120, 16, tick, NULL, NULL); /* GTK's priority for drawing */
  run_for (1000);
  printf ("redraws: %d a second; ", ticks);
  ticks = 0;
  for (int i = 0; i < 1000; i++)
    spawn (yielder);
  run_for (2000);
  printf ("beside 1,000 fibers that always yield %.1f, and %.2f million yields\n", ticks / 2.0, yields / 2e6);
  stop = TRUE;
  run_for (100);

  g_idle_add (tick, NULL);
  iterate_beside (0);
  iterate_beside (10000);
  return 0;
}
