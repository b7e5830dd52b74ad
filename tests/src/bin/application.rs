//! An application that tests run: what it does, stands in `GLIB_CORO_TEST_APPLICATION`. It prints what happens.

#![forbid(unsafe_code)]

#[cfg(feature = "glib")]
fn main() -> std::process::ExitCode {
    // Nobody waits for it any more.
    std::thread::spawn(|| {
        std::thread::sleep(glib_coro_tests::patience());
        std::process::exit(99);
    });
    let what = std::env::var("GLIB_CORO_TEST_APPLICATION").expect("what to do");
    on_glib::run(&what)
}

#[cfg(not(feature = "glib"))]
fn main() {}

#[cfg(feature = "glib")]
mod on_glib {
    use std::future::pending;
    use std::io::Write;
    use std::process::ExitCode;
    use std::time::Duration;

    use futures_util::StreamExt;
    use gio::prelude::*;
    use gio::{Application, ApplicationFlags};
    use glib::MainContext;
    use glib_coro::application::{self, Launch, launches, shutdown_token};
    use glib_coro::{Runtime, sleep, spawn, yield_now};
    use glib_coro_tests::OnDrop;

    /// Standard output may be a pipe, and is to be read line by line while this runs.
    fn say(line: impl std::fmt::Display) {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{line}")
            .and_then(|()| stdout.flush())
            .expect("somebody reads this");
    }

    fn app(flags: ApplicationFlags) -> Application {
        let app = Application::new(Some("org.example.GlibCoroTest"), flags);
        app.connect_startup(|_| say("startup"));
        app
    }

    fn alone() -> Application {
        app(ApplicationFlags::NON_UNIQUE)
    }

    pub(crate) fn run(what: &str) -> ExitCode {
        let code = match what {
            "activate" => activate(),
            "error" => application::run(alone(), async |_| Err::<(), _>("out of luck")),
            "panic" => application::run(alone(), async |_| -> () { panic!("out of luck") }),
            "quit" => quit(),
            "options" => options(),
            "leftovers" => leftovers(),
            "window" => window(),
            "patient" => application::run(alone(), async |_| {
                say("body");
                let _guard = OnDrop::new(|| say("dropped"));
                pending::<()>().await;
            }),
            "registered" => {
                let app = alone();
                app.register(gio::Cancellable::NONE)
                    .expect("no bus is needed");
                application::run(app, async |_| {
                    say("body");
                    pending::<()>().await;
                })
            }
            "goodbye" => goodbye(),
            "nested" => nested(),
            "files" => files(),
            "command-lines" => command_lines(),
            "own-status" => own_status(),
            "unasked" => unasked(),
            "earlier" => earlier(),
            "plain" => plain(),
            "late" => late(),
            "early-stream" => early_stream(),
            "twice" => {
                application::run(alone(), async |_| say("first"));
                application::run(alone(), async |_| {
                    say("second");
                    ExitCode::from(2)
                })
            }
            _ => panic!("cannot do `{what}`"),
        };
        say("ran");
        code
    }

    fn activate() -> ExitCode {
        let app = alone();
        app.connect_activate(|_| say("activate"));
        application::run(app, async |app: &Application| {
            say(format_args!(
                "body in {}",
                app.application_id().expect("it has one")
            ));
            assert!(matches!(launches(app).next().await, Some(Launch::Activate)));
            // Nobody else holds the application.
            sleep(Duration::from_millis(1)).await;
            yield_now().await;
            say("done");
            ExitCode::from(7)
        })
    }

    fn quit() -> ExitCode {
        application::run(alone(), async |app| {
            let _guard = OnDrop::new(|| say("dropped"));
            app.quit();
            pending::<ExitCode>().await
        })
    }

    fn options() -> ExitCode {
        let app = alone();
        app.connect_handle_local_options(|_, _| {
            std::ops::ControlFlow::Break(glib::ExitCode::new(5))
        });
        application::run(app, async |_| say("body"))
    }

    fn leftovers() -> ExitCode {
        let app = alone();
        let in_loop = || MainContext::default().is_owner();
        app.connect_shutdown(move |_| say(format_args!("shutdown, in the loop: {}", in_loop())));
        application::run(app, async move |app: &Application| {
            let token = shutdown_token(app);
            drop(spawn(async move {
                token.cancelled().await;
                let _guard =
                    OnDrop::new(move || say(format_args!("dropped, in the loop: {}", in_loop())));
                say("token");
                // Another poll is not granted.
                yield_now().await;
                say("never");
            }));
            for _ in 0..100 {
                drop(spawn(async {
                    loop {
                        yield_now().await
                    }
                }));
            }
            yield_now().await;
            say("done");
        })
    }

    fn window() -> ExitCode {
        application::run(alone(), async |app| {
            let window = app.hold();
            let app = app.clone();
            drop(spawn(async move {
                let mut later = launches(&app);
                sleep(Duration::from_millis(20)).await;
                app.activate();
                assert!(matches!(later.next().await, Some(Launch::Activate)));
                say("closed");
                drop(window);
                assert!(later.next().await.is_none());
                say("no more launches");
            }));
            say("done");
            ExitCode::from(4)
        })
    }

    fn goodbye() -> ExitCode {
        application::run(alone(), async |app| {
            let token = shutdown_token(app);
            say("body");
            token.cancelled().await;
            sleep(Duration::from_millis(1)).await;
            say("goodbye");
            if std::env::var_os("STUBBORN").is_some() {
                let _guard = OnDrop::new(|| say("dropped"));
                pending::<()>().await;
            }
            ExitCode::from(3)
        })
    }

    /// A loop that nobody quits keeps the application from its end.
    fn nested() -> ExitCode {
        let context = MainContext::default();
        let runtime = Runtime::builder().main_context(&context).build();
        let runtime = runtime.expect("the first of the process");
        // Not by way of the application, which would wait for who asks.
        let token = runtime.shutdown_token();
        drop(spawn(async move {
            token.cancelled().await;
            say("interrupted");
        }));
        application::run(alone(), async |_| {
            say("body");
            glib::MainLoop::new(None, false).run();
        })
    }

    fn files() -> ExitCode {
        application::run(app(ApplicationFlags::HANDLES_OPEN), async |app| {
            // Those that come in the meantime are not lost.
            sleep(Duration::from_millis(50)).await;
            let mut launches = launches(app);
            while let Some(launch) = launches.next().await {
                match launch {
                    Launch::Activate => say("activated"),
                    Launch::Open { files, hint } => {
                        let names = files.iter().filter_map(|file| file.basename());
                        let names: Vec<_> = names.map(|name| name.display().to_string()).collect();
                        say(format_args!("opened {} {hint:?}", names.join(" ")));
                        if names == ["quit"] {
                            break;
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
        })
    }

    fn command_lines() -> ExitCode {
        application::run(app(ApplicationFlags::HANDLES_COMMAND_LINE), async |app| {
            let mut launches = launches(app);
            while let Some(Launch::CommandLine(launch)) = launches.next().await {
                let arguments = launch.arguments();
                let words: Vec<_> = arguments
                    .iter()
                    .skip(1)
                    .filter_map(|word| word.to_str())
                    .collect();
                say(format_args!("asked to {}", words.join(" ")));
                // The process that was launched waits for this.
                sleep(Duration::from_millis(10)).await;
                if let ["exit", code] = words[..] {
                    launch.set_exit_code(glib::ExitCode::new(code.parse().expect("a number")));
                }
                if words == ["quit"] {
                    break;
                }
            }
        })
    }

    fn own_status() -> ExitCode {
        let flags = ApplicationFlags::HANDLES_COMMAND_LINE | ApplicationFlags::NON_UNIQUE;
        application::run(app(flags), async |app| {
            let Some(Launch::CommandLine(launch)) = launches(app).next().await else {
                panic!("no command line");
            };
            launch.set_exit_code(glib::ExitCode::new(9));
            Err::<(), _>("reported all the same")
        })
    }

    fn unasked() -> ExitCode {
        application::run(app(ApplicationFlags::HANDLES_COMMAND_LINE), async |app| {
            let window = app.hold();
            drop(spawn(async move {
                sleep(Duration::from_secs(3600)).await;
                drop(window);
            }));
            say("done");
        })
    }

    fn earlier() -> ExitCode {
        let earlier = spawn(async {
            yield_now().await;
            say("earlier");
        });
        application::run(alone(), async |_| {
            earlier.await.expect("not cancelled");
            say("done");
        })
    }

    /// Spawns when the coroutines have ended.
    fn late() -> ExitCode {
        let app = alone();
        app.connect_startup(|app| {
            app.connect_shutdown(|_| {
                let guard = OnDrop::new(|| say("dropped"));
                drop(spawn(async move {
                    let _guard = guard;
                    pending::<()>().await;
                }));
            });
        });
        let code = application::run(app, async |_| say("done"));
        say("over");
        // What outlived the application would go on here.
        glib_coro::block_on(yield_now());
        code
    }

    /// Somebody else looks at the launches, too, and did so before there was any.
    fn early_stream() -> ExitCode {
        let app = alone();
        app.connect_startup(|app| {
            let mut launches = launches(app);
            drop(spawn(async move {
                while let Some(launch) = launches.next().await {
                    say(format_args!("seen: {launch:?}"));
                }
            }));
        });
        application::run(app, async |app| {
            let mut launches = launches(app);
            app.activate();
            for _ in 0..2 {
                let launch = launches.next().await;
                say(format_args!("body: {:?}", launch.expect("it runs")));
            }
            yield_now().await;
        })
    }

    fn plain() -> ExitCode {
        let app = alone();
        let mut launches = launches(&app);
        drop(spawn({
            let app = app.clone();
            async move {
                let hold = app.hold();
                assert!(matches!(launches.next().await, Some(Launch::Activate)));
                say("launched");
                drop(hold);
                assert!(launches.next().await.is_none());
            }
        }));
        let hold = app.hold();
        app.connect_activate({
            let hold = std::cell::Cell::new(Some(hold));
            move |_| {
                let hold = hold.take();
                drop(spawn(async move {
                    yield_now().await;
                    drop(hold);
                }));
            }
        });
        ExitCode::from(app.run().get())
    }
}
