using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lab;

/// <summary>An application that runs in Kestrel on 127.0.0.1, once in plain http and once in TLS.</summary>
public sealed class Application : IStartupFilter, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object>>, IDisposable
{
    /// <summary>The header with the number of a request.</summary>
    public const string Number = "Lab-Number";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly X509Certificate2 certificate;
    private readonly Case made;
    private readonly TaskCompletionSource<IHost> built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDisposable listening;
    private IHost host;

    private Application(Case made, X509Certificate2 certificate)
    {
        this.made = made;
        this.certificate = certificate;
    }

    /// <summary>What was thrown for a request, by its number.</summary>
    public ConcurrentDictionary<string, string> Errors { get; } = new();

    public IServiceProvider Services => host.Services;

    public Uri Plain => Address("http");

    public Uri Secure => Address("https");

    private Uri Address(string scheme) =>
        Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>().Addresses
            .Select(address => new Uri(address)).First(address => address.Scheme == scheme);

    /// <summary>Runs the program of a case, or one around its `Startup`, or around nothing where it only has classes.</summary>
    public static Application Start(Case made, X509Certificate2 certificate)
    {
        var application = new Application(made, certificate);
        using var listeners = DiagnosticListener.AllListeners.Subscribe(application);
        Type startup = made.Library.GetTypes().FirstOrDefault(type => type.Name == "Startup");
        if (made.Library.EntryPoint is { } entry) application.Run(() => entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [Array.Empty<string>()], null));
        else application.Run(() => Around(startup).Run());
        application.listening?.Dispose();
        return application;
    }

    private static WebApplication Around(Type startup)
    {
        var builder = WebApplication.CreateBuilder();
        object self = startup == null ? null : Activator.CreateInstance(startup, Given(startup.GetConstructors()[0], builder.Configuration, builder.Environment));
        Call(self, "ConfigureServices", builder.Services);
        var application = builder.Build();
        Call(self, "Configure", application, builder.Environment, application.Services);
        return application;
    }

    private static void Call(object self, string name, params object[] given)
    {
        MethodInfo method = self?.GetType().GetMethod(name);
        method?.Invoke(self, BindingFlags.DoNotWrapExceptions, null, Given(method, given), null);
    }

    private static object[] Given(MethodBase called, params object[] given) =>
        called.GetParameters().Select(each => given.FirstOrDefault(each.ParameterType.IsInstanceOfType)).ToArray();

    private void Run(Action program)
    {
        Task running = Task.Factory.StartNew(program, TaskCreationOptions.LongRunning);
        if (Task.WaitAny([built.Task, running], Patience) == 1) Throw(running.Exception);
        host = built.Task.IsCompletedSuccessfully ? built.Task.Result : throw new TimeoutException("the program builds no host");
        var started = new TaskCompletionSource();
        Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(started.SetResult);
        if (Task.WaitAny([started.Task, running], Patience) != 0) Throw(running.Exception);
    }

    private static void Throw(Exception error)
    {
        Exception inner = error?.GetBaseException() ?? new InvalidOperationException("the program ends before it listens");
        ExceptionDispatchInfo.Throw(inner);
    }

    public void Dispose() => host.StopAsync(Patience).Wait();

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener listener)
    {
        if (listener.Name == "Microsoft.Extensions.Hosting") listening = listener.Subscribe(this);
    }

    /// <summary>How test servers of ASP.NET Core come by the host of a program.</summary>
    void IObserver<KeyValuePair<string, object>>.OnNext(KeyValuePair<string, object> told)
    {
        if (told is ("HostBuilding", IHostBuilder builder)) builder.ConfigureServices(Complete);
        if (told is ("HostBuilt", IHost host)) built.TrySetResult(host);
    }

    void IObserver<DiagnosticListener>.OnCompleted() { }

    void IObserver<DiagnosticListener>.OnError(Exception error) { }

    void IObserver<KeyValuePair<string, object>>.OnCompleted() { }

    void IObserver<KeyValuePair<string, object>>.OnError(Exception error) { }

    /// <summary>Where it listens, and what a page leaves out; no setting of a cookie.</summary>
    private void Complete(IServiceCollection services)
    {
        services.AddLogging(logging => logging.ClearProviders());
        services.AddSingleton<IStartupFilter>(this);
        services.AddDistributedMemoryCache();
        if (made.Library.GetTypes().Any(Unit.IsAnswering)) services.AddControllersWithViews();
        services.Configure<KestrelServerOptions>(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
        });
    }

    /// <summary>Around what the case configures: notes what is thrown, and does what a visitor does where no endpoint answers.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use(async (context, rest) =>
        {
            try
            {
                await rest(context);
            }
            catch (Exception error)
            {
                Errors[context.Request.Headers[Number].ToString()] = Driver.Say(error);
                throw;
            }
        });
        next(application);
        if (application.ApplicationServices.GetService<ISessionStore>() != null)
            application.UseWhen(context => context.Features.Get<ISessionFeature>() == null, mounted => mounted.UseSession());
        application.Run(context => Visit.Answer(context, made));
    };
}
