using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;

namespace Lab;

/// <summary>What is asked of an application, on each way: `Origin` names it in the result, `Target` is where it is asked.</summary>
public sealed record Unit(string Origin, string Target)
{
    private const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    private static readonly Type[] Concerned =
        [typeof(HttpContext), typeof(HttpRequest), typeof(HttpResponse), typeof(IResponseCookies), typeof(CookieOptions), typeof(CookieBuilder)];

    /// <summary>What Identity signs in to on its way, and not for the visit of a user.</summary>
    private static readonly string[] Passing =
        [IdentityConstants.ExternalScheme, IdentityConstants.TwoFactorRememberMeScheme, IdentityConstants.TwoFactorUserIdScheme];

    /// <summary>The endpoints; a visit to each component that is there; and members that concern a response and that the case itself does not use.</summary>
    public static IEnumerable<Unit> Of(Case made, Application application) =>
        [.. Endpoints(application), .. Components(made, application), .. Members(made)];

    private static IEnumerable<Unit> Endpoints(Application application) =>
        application.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => "/" + Regex.Replace(endpoint.RoutePattern.RawText.TrimStart('/'), @"\{[^}]*\}", "1"))
            .DefaultIfEmpty("/").Distinct().Select(path => new Unit("GET " + path, path));

    private static IEnumerable<Unit> Components(Case made, Application application)
    {
        var services = application.Services;
        bool isNamed(string word) => made.Sources.Values.Any(text => text.Contains(word));
        if (services.GetService<ISessionStore>() != null) yield return Visited("session");
        if (isNamed("Antiforgery")) yield return Visited("antiforgery");
        if (isNamed("TempData")) yield return Visited("temp data");
        var schemes = services.GetService<IAuthenticationSchemeProvider>()?.GetAllSchemesAsync().Result ?? [];
        foreach (var scheme in schemes.Where(each => each.HandlerType == typeof(CookieAuthenticationHandler) && !Passing.Contains(each.Name)))
            yield return Visited("sign in", "&scheme=" + Uri.EscapeDataString(scheme.Name));
        // What sends a visitor to another site to sign in, and awaits him back.
        foreach (var scheme in schemes.Where(each => typeof(IAuthenticationRequestHandler).IsAssignableFrom(each.HandlerType)))
            yield return Visited("challenge", "&scheme=" + Uri.EscapeDataString(scheme.Name));
    }

    private static Unit Visited(string what, string query = "") => new(what, "/lab?do=" + Uri.EscapeDataString(what) + query);

    private static IEnumerable<Unit> Members(Case made)
    {
        string all = string.Join("\n", made.Sources.Values);
        bool isUnused(MemberInfo member) => Regex.Matches(all, $@"\b{member.Name}\b").Count == 1;
        return made.Library.GetTypes()
            .Where(type => !type.Name.Contains('<') && !type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Name is not ("Program" or "Startup"))
            .SelectMany(type => type.GetMembers(Own).Where(member => IsAsked(type, member) && isUnused(member)).SelectMany(member => Called(type, member)));
    }

    private static bool IsAsked(Type type, MemberInfo member) => member switch
    {
        _ when member.Name.Contains('<') => false,
        FieldInfo field => Concerned.Contains(field.FieldType),
        PropertyInfo property => property.CanRead && Concerned.Contains(property.PropertyType),
        MethodInfo { IsSpecialName: false } method =>
            (IsAnswering(type) && method.IsPublic)
                || method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType).Any(Concerned.Contains),
        _ => false,
    };

    /// <summary>Whether requests lead to the public methods of a class.</summary>
    public static bool IsAnswering(Type type) => typeof(ControllerBase).IsAssignableFrom(type) || typeof(PageModel).IsAssignableFrom(type);

    private static IEnumerable<Unit> Called(Type type, MemberInfo member)
    {
        string query = "/lab?do=call&type=" + Uri.EscapeDataString(type.FullName) + "&member=" + member.Name;
        string origin = type.Name + "." + member.Name;
        bool asks = member is MethodInfo method && method.GetParameters().Any(parameter => parameter.ParameterType == typeof(bool));
        if (!asks) return [new Unit(origin, query)];
        return new[] { "false", "true" }.Select(yes => new Unit($"{origin}({yes})", query + "&yes=" + yes));
    }

    /// <summary>The member of a query.</summary>
    public static MemberInfo Member(Type type, string name) => type.GetMember(name, Own).First(member => IsAsked(type, member));
}
