# unit tests

# base and addr
check_PROGRAMS += %D%/test_buf
TESTS += %D%/test_buf
%C%_test_buf_SOURCES = %D%/test_buf.c tests/support/oom.c tests/support/oom.h tests/support/exact.h tests/support/test.h
%C%_test_buf_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_buf_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_buf_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_view
TESTS += %D%/test_view
%C%_test_view_SOURCES = %D%/test_view.c
%C%_test_view_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_view_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_err
TESTS += %D%/test_err
%C%_test_err_SOURCES = %D%/test_err.c
%C%_test_err_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_err_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_arena
TESTS += %D%/test_arena
%C%_test_arena_SOURCES = %D%/test_arena.c tests/support/oom.c tests/support/oom.h
%C%_test_arena_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_arena_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_arena_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_mem
TESTS += %D%/test_mem
%C%_test_mem_SOURCES = %D%/test_mem.c tests/support/oom.c tests/support/oom.h
%C%_test_mem_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_mem_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_mem_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_map
TESTS += %D%/test_map
%C%_test_map_SOURCES = %D%/test_map.c tests/support/oom.c tests/support/oom.h
%C%_test_map_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_map_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_map_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_clock
TESTS += %D%/test_clock
%C%_test_clock_SOURCES = %D%/test_clock.c
%C%_test_clock_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_clock_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_log
TESTS += %D%/test_log
%C%_test_log_SOURCES = %D%/test_log.c
%C%_test_log_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_log_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_rnd
TESTS += %D%/test_rnd
%C%_test_rnd_SOURCES = %D%/test_rnd.c
%C%_test_rnd_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_rnd_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getrandom
%C%_test_rnd_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_ip
TESTS += %D%/test_ip
%C%_test_ip_SOURCES = %D%/test_ip.c tests/support/addrgen.c tests/support/addrgen.h
%C%_test_ip_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_ip_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_hostport
TESTS += %D%/test_hostport
%C%_test_hostport_SOURCES = %D%/test_hostport.c tests/support/addrgen.c tests/support/addrgen.h
%C%_test_hostport_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_hostport_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_port
TESTS += %D%/test_port
%C%_test_port_SOURCES = %D%/test_port.c
%C%_test_port_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_port_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_sockaddr
TESTS += %D%/test_sockaddr
%C%_test_sockaddr_SOURCES = %D%/test_sockaddr.c
%C%_test_sockaddr_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_sockaddr_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/go_addr/check
TESTS += %D%/go_addr.sh
%C%_go_addr_check_SOURCES = %D%/go_addr/check.c tests/support/addrgen.c tests/support/addrgen.h
%C%_go_addr_check_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_go_addr_check_LDADD = librvx_core.la
EXTRA_DIST += %D%/go_addr.sh %D%/go_addr/main.go

# sock and loop
check_PROGRAMS += %D%/test_opts
TESTS += %D%/test_opts
%C%_test_opts_SOURCES = %D%/test_opts.c
%C%_test_opts_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_opts_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_timer
TESTS += %D%/test_timer
%C%_test_timer_SOURCES = %D%/test_timer.c
%C%_test_timer_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_timer_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_watches
TESTS += %D%/test_watches
%C%_test_watches_SOURCES = %D%/test_watches.c
%C%_test_watches_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_watches_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_poller
TESTS += %D%/test_poller
%C%_test_poller_SOURCES = %D%/test_poller.c tests/support/loop.h
%C%_test_poller_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_poller_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_loop
TESTS += %D%/test_loop
%C%_test_loop_SOURCES = %D%/test_loop.c tests/support/loop.h
%C%_test_loop_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_loop_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_callbacks
TESTS += %D%/test_callbacks
%C%_test_callbacks_SOURCES = %D%/test_callbacks.c tests/support/loop.h
%C%_test_callbacks_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_callbacks_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_loop_fd
TESTS += %D%/test_loop_fd
%C%_test_loop_fd_SOURCES = %D%/test_loop_fd.c tests/support/loop.h
%C%_test_loop_fd_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_loop_fd_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_work
TESTS += %D%/test_work
%C%_test_work_SOURCES = %D%/test_work.c
%C%_test_work_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_work_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_cancel
TESTS += %D%/test_cancel
%C%_test_cancel_SOURCES = %D%/test_cancel.c
%C%_test_cancel_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_cancel_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_waiter
TESTS += %D%/test_waiter
%C%_test_waiter_SOURCES = %D%/test_waiter.c tests/support/loop.h
%C%_test_waiter_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_waiter_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_wait
TESTS += %D%/test_wait
%C%_test_wait_SOURCES = %D%/test_wait.c tests/support/loop.h
%C%_test_wait_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_wait_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_sock
TESTS += %D%/test_sock
%C%_test_sock_SOURCES = %D%/test_sock.c
%C%_test_sock_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_sock_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=accept4
%C%_test_sock_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_loop_oom
TESTS += %D%/test_loop_oom
%C%_test_loop_oom_SOURCES = %D%/test_loop_oom.c tests/support/loop.h tests/support/oom.c tests/support/oom.h
%C%_test_loop_oom_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_loop_oom_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_loop_oom_LDADD = $(UNIT_LIBS)

# net
NET_TEST_SUPPORT = tests/support/sockets.c tests/support/sockets.h tests/support/oom.c tests/support/oom.h \
	tests/support/test.h

check_PROGRAMS += %D%/test_netfd
TESTS += %D%/test_netfd
%C%_test_netfd_SOURCES = %D%/test_netfd.c $(NET_TEST_SUPPORT)
%C%_test_netfd_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_netfd_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_netfd_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_conn
TESTS += %D%/test_conn
%C%_test_conn_SOURCES = %D%/test_conn.c $(NET_TEST_SUPPORT)
%C%_test_conn_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_conn_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_conn_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_close
TESTS += %D%/test_close
%C%_test_close_SOURCES = %D%/test_close.c $(NET_TEST_SUPPORT)
%C%_test_close_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_close_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_close_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_accept
TESTS += %D%/test_accept
%C%_test_accept_SOURCES = %D%/test_accept.c $(NET_TEST_SUPPORT)
%C%_test_accept_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_accept_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_accept_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_shortage
TESTS += %D%/test_shortage
%C%_test_shortage_SOURCES = %D%/test_shortage.c $(NET_TEST_SUPPORT)
%C%_test_shortage_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_shortage_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_shortage_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_listen
TESTS += %D%/test_listen
%C%_test_listen_SOURCES = %D%/test_listen.c $(NET_TEST_SUPPORT)
%C%_test_listen_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_listen_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_listen_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_listen_errors
TESTS += %D%/test_listen_errors
%C%_test_listen_errors_SOURCES = %D%/test_listen_errors.c $(NET_TEST_SUPPORT)
%C%_test_listen_errors_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_listen_errors_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_listen_errors_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_unix
TESTS += %D%/test_unix
%C%_test_unix_SOURCES = %D%/test_unix.c $(NET_TEST_SUPPORT)
%C%_test_unix_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_unix_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_unix_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_fromfd
TESTS += %D%/test_fromfd
%C%_test_fromfd_SOURCES = %D%/test_fromfd.c $(NET_TEST_SUPPORT)
%C%_test_fromfd_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_fromfd_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_fromfd_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_serve
TESTS += %D%/test_serve
%C%_test_serve_SOURCES = %D%/test_serve.c tests/support/server.c tests/support/server.h $(NET_TEST_SUPPORT)
%C%_test_serve_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_serve_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_serve_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_executor
TESTS += %D%/test_executor
%C%_test_executor_SOURCES = %D%/test_executor.c tests/support/server.c tests/support/server.h $(NET_TEST_SUPPORT)
%C%_test_executor_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_executor_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_executor_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_emfile
TESTS += %D%/test_emfile
%C%_test_emfile_SOURCES = %D%/test_emfile.c $(NET_TEST_SUPPORT)
%C%_test_emfile_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_emfile_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_emfile_LDADD = $(UNIT_LIBS)

# conf
check_PROGRAMS += %D%/test_lines
TESTS += %D%/test_lines
%C%_test_lines_SOURCES = %D%/test_lines.c tests/support/describe.h tests/support/exact.h
%C%_test_lines_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_lines_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_prefix
TESTS += %D%/test_prefix
%C%_test_prefix_SOURCES = %D%/test_prefix.c
%C%_test_prefix_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_prefix_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_resolvconf
TESTS += %D%/test_resolvconf
%C%_test_resolvconf_SOURCES = %D%/test_resolvconf.c tests/support/oom.c tests/support/oom.h
%C%_test_resolvconf_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_resolvconf_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_resolvconf_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_hosts
TESTS += %D%/test_hosts
%C%_test_hosts_SOURCES = %D%/test_hosts.c tests/support/oom.c tests/support/oom.h
%C%_test_hosts_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_hosts_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_hosts_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_services
TESTS += %D%/test_services
%C%_test_services_SOURCES = %D%/test_services.c tests/support/oom.c tests/support/oom.h
%C%_test_services_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_services_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_services_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_services_builtin
TESTS += %D%/test_services_builtin
%C%_test_services_builtin_SOURCES = %D%/test_services_builtin.c
%C%_test_services_builtin_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_services_builtin_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_nsswitch
TESTS += %D%/test_nsswitch
%C%_test_nsswitch_SOURCES = %D%/test_nsswitch.c tests/support/oom.c tests/support/oom.h
%C%_test_nsswitch_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_nsswitch_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_nsswitch_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_gaiconf
TESTS += %D%/test_gaiconf
%C%_test_gaiconf_SOURCES = %D%/test_gaiconf.c
%C%_test_gaiconf_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_gaiconf_LDADD = $(UNIT_LIBS)

# Loads the shared library by itself: nothing of ours is linked in.
check_PROGRAMS += %D%/test_dlclose
TESTS += %D%/test_dlclose
%C%_test_dlclose_SOURCES = %D%/test_dlclose.c
%C%_test_dlclose_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dlclose_LDADD = $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_threads
TESTS += %D%/test_threads
%C%_test_threads_SOURCES = %D%/test_threads.c
%C%_test_threads_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_threads_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_resolver_edges
TESTS += %D%/test_resolver_edges
%C%_test_resolver_edges_SOURCES = %D%/test_resolver_edges.c
%C%_test_resolver_edges_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_resolver_edges_LDADD = $(UNIT_LIBS)

# resolver
RESOLVER_SUPPORT = tests/support/etc.c tests/support/etc.h tests/support/test.h
FAKELIBC_SUPPORT = tests/support/fakelibc.c tests/support/fakelibc.h

check_PROGRAMS += %D%/test_plan
TESTS += %D%/test_plan
%C%_test_plan_SOURCES = %D%/test_plan.c
%C%_test_plan_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_plan_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_cell
TESTS += %D%/test_cell
%C%_test_cell_SOURCES = %D%/test_cell.c
%C%_test_cell_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_cell_LDADD = $(UNIT_LIBS) -lpthread

check_PROGRAMS += %D%/test_snapshot
TESTS += %D%/test_snapshot
%C%_test_snapshot_SOURCES = %D%/test_snapshot.c $(RESOLVER_SUPPORT) tests/support/oom.c tests/support/oom.h
%C%_test_snapshot_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_snapshot_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_snapshot_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_ports
TESTS += %D%/test_ports
%C%_test_ports_SOURCES = %D%/test_ports.c $(RESOLVER_SUPPORT) $(FAKELIBC_SUPPORT) \
	tests/support/oom.c tests/support/oom.h
%C%_test_ports_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_ports_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_ports_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_backend
TESTS += %D%/test_backend
%C%_test_backend_SOURCES = %D%/test_backend.c $(RESOLVER_SUPPORT) $(FAKELIBC_SUPPORT) \
	tests/support/oom.c tests/support/oom.h
%C%_test_backend_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_backend_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_backend_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_lookup
TESTS += %D%/test_lookup
%C%_test_lookup_SOURCES = %D%/test_lookup.c $(RESOLVER_SUPPORT) $(FAKELIBC_SUPPORT) \
	tests/support/oom.c tests/support/oom.h
%C%_test_lookup_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_lookup_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_lookup_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_resolve
TESTS += %D%/test_resolve
%C%_test_resolve_SOURCES = %D%/test_resolve.c $(RESOLVER_SUPPORT) tests/support/oom.c tests/support/oom.h
%C%_test_resolve_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_resolve_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_resolve_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_lookup_start
TESTS += %D%/test_lookup_start
%C%_test_lookup_start_SOURCES = %D%/test_lookup_start.c $(RESOLVER_SUPPORT) $(FAKELIBC_SUPPORT) \
	tests/support/oom.c tests/support/oom.h
%C%_test_lookup_start_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_lookup_start_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_lookup_start_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_service_list
TESTS += %D%/test_service_list
%C%_test_service_list_SOURCES = %D%/test_service_list.c $(RESOLVER_SUPPORT) $(FAKELIBC_SUPPORT) \
	tests/support/oom.c tests/support/oom.h
%C%_test_service_list_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_service_list_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_service_list_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_options
TESTS += %D%/test_options
%C%_test_options_SOURCES = %D%/test_options.c
%C%_test_options_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_options_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_stats
TESTS += %D%/test_stats
%C%_test_stats_SOURCES = %D%/test_stats.c
%C%_test_stats_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_stats_LDADD = $(UNIT_LIBS)

# dns: the wire
WIRE_SUPPORT = tests/support/wiretext.c tests/support/wiretext.h

check_PROGRAMS += %D%/test_dns_special
TESTS += %D%/test_dns_special
%C%_test_dns_special_SOURCES = %D%/test_dns_special.c
%C%_test_dns_special_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_special_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_search
TESTS += %D%/test_dns_search
%C%_test_dns_search_SOURCES = %D%/test_dns_search.c
%C%_test_dns_search_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_search_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_rdata
TESTS += %D%/test_dns_rdata
%C%_test_dns_rdata_SOURCES = %D%/test_dns_rdata.c $(WIRE_SUPPORT)
%C%_test_dns_rdata_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_rdata_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_gate
TESTS += %D%/test_dns_gate
%C%_test_dns_gate_SOURCES = %D%/test_dns_gate.c $(WIRE_SUPPORT)
%C%_test_dns_gate_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_gate_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_classify
TESTS += %D%/test_dns_classify
%C%_test_dns_classify_SOURCES = %D%/test_dns_classify.c $(WIRE_SUPPORT)
%C%_test_dns_classify_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_classify_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_name
TESTS += %D%/test_dns_name
%C%_test_dns_name_SOURCES = %D%/test_dns_name.c $(WIRE_SUPPORT)
%C%_test_dns_name_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_name_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_match
TESTS += %D%/test_dns_match
%C%_test_dns_match_SOURCES = %D%/test_dns_match.c $(WIRE_SUPPORT)
%C%_test_dns_match_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_match_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_wire
TESTS += %D%/test_dns_wire
%C%_test_dns_wire_SOURCES = %D%/test_dns_wire.c $(WIRE_SUPPORT)
%C%_test_dns_wire_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_wire_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_chore
TESTS += %D%/test_chore
%C%_test_chore_SOURCES = %D%/test_chore.c tests/support/loop.h tests/support/test.h
%C%_test_chore_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_chore_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_cache
TESTS += %D%/test_cache
%C%_test_cache_SOURCES = %D%/test_cache.c tests/support/oom.c tests/support/oom.h
%C%_test_cache_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_cache_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_cache_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_flight
TESTS += %D%/test_flight
%C%_test_flight_SOURCES = %D%/test_flight.c tests/support/loop.h
%C%_test_flight_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_flight_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dnsview
TESTS += %D%/test_dnsview
%C%_test_dnsview_SOURCES = %D%/test_dnsview.c $(RESOLVER_SUPPORT) tests/support/oom.c tests/support/oom.h
%C%_test_dnsview_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dnsview_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_dnsview_LDADD = $(UNIT_LIBS)
# order of addresses
check_PROGRAMS += %D%/test_rfc6724
TESTS += %D%/test_rfc6724
%C%_test_rfc6724_SOURCES = %D%/test_rfc6724.c
%C%_test_rfc6724_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_rfc6724_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_srcaddr
TESTS += %D%/test_srcaddr
%C%_test_srcaddr_SOURCES = %D%/test_srcaddr.c tests/support/fakekernel.c tests/support/fakekernel.h \
	tests/support/oom.c tests/support/oom.h
%C%_test_srcaddr_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_srcaddr_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_srcaddr_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_sort
TESTS += %D%/test_sort
%C%_test_sort_SOURCES = %D%/test_sort.c tests/support/etc.c tests/support/etc.h tests/support/fakekernel.c \
	tests/support/fakekernel.h tests/support/fakelibc.c tests/support/fakelibc.h tests/support/oom.c \
	tests/support/oom.h
%C%_test_sort_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_sort_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_sort_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_srcaddr_net
TESTS += %D%/test_srcaddr_net
%C%_test_srcaddr_net_SOURCES = %D%/test_srcaddr_net.c tests/support/etc.c tests/support/etc.h
%C%_test_srcaddr_net_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_srcaddr_net_LDADD = $(UNIT_LIBS)

# resolver: DNS transports
ASKER_SUPPORT = tests/support/asker.c tests/support/asker.h tests/support/dnsserver.c tests/support/dnsserver.h

check_PROGRAMS += %D%/test_codec
TESTS += %D%/test_codec
%C%_test_codec_SOURCES = %D%/test_codec.c tests/support/oom.c tests/support/oom.h
%C%_test_codec_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_codec_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_codec_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_idtable
TESTS += %D%/test_idtable
%C%_test_idtable_SOURCES = %D%/test_idtable.c tests/support/oom.c tests/support/oom.h
%C%_test_idtable_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_idtable_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_idtable_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_channel_tcp
TESTS += %D%/test_channel_tcp
%C%_test_channel_tcp_SOURCES = %D%/test_channel_tcp.c $(ASKER_SUPPORT)
%C%_test_channel_tcp_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_channel_tcp_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_channel_faults
TESTS += %D%/test_channel_faults
%C%_test_channel_faults_SOURCES = %D%/test_channel_faults.c $(ASKER_SUPPORT) tests/support/oom.c tests/support/oom.h
%C%_test_channel_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_channel_faults_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_channel_faults_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_channel_ports
TESTS += %D%/test_channel_ports
%C%_test_channel_ports_SOURCES = %D%/test_channel_ports.c $(ASKER_SUPPORT)
%C%_test_channel_ports_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_channel_ports_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_channel
TESTS += %D%/test_channel
%C%_test_channel_SOURCES = %D%/test_channel.c $(ASKER_SUPPORT)
%C%_test_channel_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_channel_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_myhostname
TESTS += %D%/test_myhostname
%C%_test_myhostname_SOURCES = %D%/test_myhostname.c $(RESOLVER_SUPPORT)
%C%_test_myhostname_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_myhostname_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_records
TESTS += %D%/test_records
%C%_test_records_SOURCES = %D%/test_records.c $(RESOLVER_SUPPORT) tests/support/oom.c tests/support/oom.h
%C%_test_records_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_records_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_records_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_records_order
TESTS += %D%/test_records_order
%C%_test_records_order_SOURCES = %D%/test_records_order.c $(RESOLVER_SUPPORT)
%C%_test_records_order_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_records_order_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_records_dns
TESTS += %D%/test_records_dns
%C%_test_records_dns_SOURCES = %D%/test_records_dns.c tests/support/dnsserver.c tests/support/dnsserver.h \
	tests/support/dnszone.c tests/support/dnszone.h tests/support/lookups.c tests/support/lookups.h $(RESOLVER_SUPPORT)
%C%_test_records_dns_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_records_dns_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_libc_names
TESTS += %D%/test_libc_names
%C%_test_libc_names_SOURCES = %D%/test_libc_names.c tests/support/lookups.c tests/support/lookups.h \
	$(FAKELIBC_SUPPORT) $(RESOLVER_SUPPORT)
%C%_test_libc_names_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_libc_names_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_callbacks_lookup
TESTS += %D%/test_callbacks_lookup
%C%_test_callbacks_lookup_SOURCES = %D%/test_callbacks_lookup.c tests/support/dnsserver.c tests/support/dnsserver.h \
	tests/support/dnszone.c tests/support/dnszone.h tests/support/lookups.c tests/support/lookups.h $(RESOLVER_SUPPORT)
%C%_test_callbacks_lookup_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_callbacks_lookup_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_reload
TESTS += %D%/test_reload
%C%_test_reload_SOURCES = %D%/test_reload.c $(RESOLVER_SUPPORT)
%C%_test_reload_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_reload_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_loop_load
TESTS += %D%/test_loop_load
%C%_test_loop_load_SOURCES = %D%/test_loop_load.c tests/support/loop.h
%C%_test_loop_load_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_loop_load_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=epoll_ctl,--wrap=epoll_wait,--wrap=syscall,--wrap=timerfd_settime
%C%_test_loop_load_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns
TESTS += %D%/test_dns
%C%_test_dns_SOURCES = %D%/test_dns.c tests/support/dnsserver.c tests/support/dnsserver.h tests/support/dnszone.c \
	tests/support/dnszone.h tests/support/dnsworld.h $(RESOLVER_SUPPORT)
%C%_test_dns_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_LDADD = $(UNIT_LIBS)

# A module and a program that uses it: both on the shared library, as outside of this tree.
if SHARED_LIBRARY
check_LTLIBRARIES += %D%/resolvx_tiny.la
%C%_resolvx_tiny_la_SOURCES = tests/support/module.c
%C%_resolvx_tiny_la_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_resolvx_tiny_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath $(abs_builddir)
%C%_resolvx_tiny_la_LIBADD = libresolvx.la
check_PROGRAMS += %D%/test_modules
TESTS += %D%/test_modules
%C%_test_modules_SOURCES = %D%/test_modules.c
%C%_test_modules_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_modules_LDADD = libresolvx.la $(CMOCKA_LIBS)
endif

check_PROGRAMS += %D%/test_process
TESTS += %D%/test_process
%C%_test_process_SOURCES = %D%/test_process.c
%C%_test_process_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_process_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_cost
TESTS += %D%/test_dns_cost
%C%_test_dns_cost_SOURCES = %D%/test_dns_cost.c tests/support/oom.c tests/support/oom.h tests/support/dnsserver.c \
	tests/support/dnsserver.h $(RESOLVER_SUPPORT)
%C%_test_dns_cost_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_cost_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_dns_cost_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_netdb_glibc
TESTS += %D%/test_netdb_glibc
%C%_test_netdb_glibc_SOURCES = %D%/test_netdb_glibc.c $(RESOLVER_SUPPORT)
%C%_test_netdb_glibc_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_netdb_glibc_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_netdb
TESTS += %D%/test_netdb
%C%_test_netdb_SOURCES = %D%/test_netdb.c $(RESOLVER_SUPPORT) tests/support/oom.c tests/support/oom.h
%C%_test_netdb_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_netdb_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_netdb_LDADD = $(UNIT_LIBS)

# Whole lookups through DNS servers on the loopback, dnsworld.h.
DNSWORLD_SUPPORT = tests/support/dnsserver.c tests/support/dnsserver.h tests/support/dnszone.c tests/support/dnszone.h \
	tests/support/dnsworld.h tests/support/lookups.c tests/support/lookups.h $(RESOLVER_SUPPORT)

check_PROGRAMS += %D%/test_dns_threads
TESTS += %D%/test_dns_threads
%C%_test_dns_threads_SOURCES = %D%/test_dns_threads.c $(DNSWORLD_SUPPORT)
%C%_test_dns_threads_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_threads_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_oom
TESTS += %D%/test_dns_oom
%C%_test_dns_oom_SOURCES = %D%/test_dns_oom.c tests/support/oom.c tests/support/oom.h tests/support/sockets.c \
	tests/support/sockets.h $(DNSWORLD_SUPPORT)
%C%_test_dns_oom_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_oom_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_dns_oom_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_ipv6
TESTS += %D%/test_dns_ipv6
%C%_test_dns_ipv6_SOURCES = %D%/test_dns_ipv6.c tests/support/sockets.c \
	tests/support/sockets.h $(DNSWORLD_SUPPORT)
%C%_test_dns_ipv6_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_ipv6_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_tcp_load
TESTS += %D%/test_dns_tcp_load
%C%_test_dns_tcp_load_SOURCES = %D%/test_dns_tcp_load.c $(DNSWORLD_SUPPORT)
%C%_test_dns_tcp_load_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_tcp_load_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_merge
TESTS += %D%/test_merge
%C%_test_merge_SOURCES = %D%/test_merge.c $(DNSWORLD_SUPPORT)
%C%_test_merge_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_merge_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_dns_stale
TESTS += %D%/test_dns_stale
%C%_test_dns_stale_SOURCES = %D%/test_dns_stale.c $(DNSWORLD_SUPPORT)
%C%_test_dns_stale_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_dns_stale_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_no_ldns
TESTS += %D%/test_no_ldns
%C%_test_no_ldns_SOURCES = %D%/test_no_ldns.c $(DNSWORLD_SUPPORT)
%C%_test_no_ldns_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_no_ldns_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=dlopen,--wrap=dlclose
%C%_test_no_ldns_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_netdb_dns
TESTS += %D%/test_netdb_dns
%C%_test_netdb_dns_SOURCES = %D%/test_netdb_dns.c $(DNSWORLD_SUPPORT)
%C%_test_netdb_dns_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_netdb_dns_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_txt_large
TESTS += %D%/test_txt_large
%C%_test_txt_large_SOURCES = %D%/test_txt_large.c $(DNSWORLD_SUPPORT)
%C%_test_txt_large_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_txt_large_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_https_large
TESTS += %D%/test_https_large
%C%_test_https_large_SOURCES = %D%/test_https_large.c $(RESOLVER_SUPPORT)
%C%_test_https_large_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_https_large_LDADD = $(UNIT_LIBS)

check_PROGRAMS += %D%/test_backend_dns
TESTS += %D%/test_backend_dns
%C%_test_backend_dns_SOURCES = %D%/test_backend_dns.c $(RESOLVER_SUPPORT)
%C%_test_backend_dns_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_backend_dns_LDADD = $(UNIT_LIBS)
