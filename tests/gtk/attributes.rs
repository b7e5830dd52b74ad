//! Rows of the attributes' table that need GTK.

use std::cell::Cell;

use glib_coro::yield_now;
use glib_coro_tests::display::Display;
use gtk::glib::{self, clone};
use gtk::prelude::*;

use crate::{click, drawn, on_display, open, runtime, wait_until};

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// Without `detach`, from a closure, and from GLib's own closures.
// P31
fn called_from_closures(_: &Display) {
    #[glib_coro::coroutine]
    async fn relabel(button: &gtk::Button, label: &gtk::Label) -> u32 {
        yield_now().await;
        label.set_text(&button.label().unwrap_or_default());
        CALLS.set(CALLS.get() + 1);
        CALLS.get()
    }

    runtime().block_on(async {
        let button = gtk::Button::with_label("Text");
        let label = gtk::Label::new(None);
        let plain = label.clone();
        button.connect_clicked(move |button| {
            relabel(button, &plain);
        });
        button.connect_clicked(clone!(
            #[weak]
            label,
            move |button| {
                relabel(button, &label);
            }
        ));
        button.connect_closure(
            "clicked",
            false,
            glib::closure_local!(
                #[watch]
                label,
                move |button: gtk::Button| {
                    relabel(&button, label);
                }
            ),
        );
        button.emit_clicked();
        wait_until(|| CALLS.get() == 3).await;
        assert_eq!(label.text(), "Text");
        // GLib insists: what a closure watches outlives the object that it is connected to.
        drop(button);
    });
}

mod panel {
    use super::*;
    use gtk::subclass::prelude::*;

    glib::wrapper! {
        pub struct Panel(ObjectSubclass<imp::Panel>)
            @extends gtk::Box, gtk::Widget,
            @implements gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
    }

    mod imp {
        use super::*;

        #[derive(Debug, Default, gtk::CompositeTemplate)]
        #[template(string = r#"
            <interface>
              <template class="Panel" parent="GtkBox">
                <child>
                  <object class="GtkButton" id="button">
                    <property name="hexpand">true</property>
                    <signal name="clicked" handler="on_clicked" swapped="true"/>
                  </object>
                </child>
              </template>
            </interface>"#)]
        pub struct Panel {
            #[template_child]
            pub(super) button: TemplateChild<gtk::Button>,
        }

        #[gtk::template_callbacks]
        impl Panel {
            #[template_callback]
            #[glib_coro::coroutine]
            async fn on_clicked(&self, button: &gtk::Button) {
                yield_now().await;
                assert_eq!(*button, self.button.get());
                CALLS.set(CALLS.get() + 1);
            }
        }

        #[glib::object_subclass]
        impl ObjectSubclass for Panel {
            const NAME: &'static str = "Panel";
            type Type = super::Panel;
            type ParentType = gtk::Box;

            fn class_init(class: &mut Self::Class) {
                class.bind_template();
                class.bind_template_callbacks();
            }

            fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
                object.init_template();
            }
        }

        impl ObjectImpl for Panel {}
        impl WidgetImpl for Panel {}
        impl BoxImpl for Panel {}
    }
}

/// A callback of a template, which is a method of an `imp` struct. Without `detach`, as GTK's macro comes first
/// and awaits what it takes for an `async fn`.
// P52
fn callbacks_of_templates(display: &Display) {
    runtime().block_on(async {
        let panel: panel::Panel = glib::Object::new();
        let window = open(&panel);
        drawn(&window).await;
        click(display, 1);
        wait_until(|| CALLS.get() == 1).await;
    });
}

on_display![called_from_closures, callbacks_of_templates];
